"""Something for a test to patch."""


class Original:
    def answer(self) -> int:
        return 1


def replaced(_original: Original) -> int:
    return 2
