"""How many examples Hypothesis tries: few in the quick profile, all in the long one (`--hypothesis-profile long`)."""

from hypothesis import settings

LONG, QUICK = "long", "quick"
# What Hypothesis tries where a test names no number.
_USUAL = 100
_USUAL_QUICK = 20


def register_profiles() -> None:
    """Register both profiles and load the quick one; pytest's own option loads another before tests are collected."""
    # A shared, noisy machine: a slow example is no failure. What fails is printed with the blob that repeats it.
    settings.register_profile(LONG, deadline=None, print_blob=True, max_examples=_USUAL)
    settings.register_profile(QUICK, settings.get_profile(LONG), max_examples=_USUAL_QUICK)
    settings.load_profile(QUICK)


def examples(in_long_profile: int) -> int:
    """Return how many examples a test tries in the profile in use. To be asked while tests are collected."""
    return max(1, in_long_profile * settings().max_examples // _USUAL)
