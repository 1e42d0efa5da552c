from hypothesis import given
from hypothesis import strategies as st

from emulator.services.lambda_.output import Output


def test_lines_of_the_platform_close_what_the_function_left_open() -> None:
    output = Output()
    output.line("START")
    output.write(b"no newline")
    output.line("END")
    output.line("REPORT")
    assert output.take() == "START\nno newline\nEND\nREPORT\n"


def test_taking_begins_anew() -> None:
    output = Output()
    output.write(b"first")
    assert output.take() == "first"
    assert output.take() == ""
    output.write(b"second")
    assert output.take() == "second"


def test_what_is_no_utf_8_is_replaced() -> None:
    output = Output()
    output.write(b"caf\xe9\n")
    assert output.take() == "caf\ufffd\n"


def test_beginning_and_end_of_an_endless_output_are_kept_and_the_gap_is_named() -> None:
    output = Output(half_bytes=10)
    for number in range(100):
        output.write(b"%03d\n" % number)
    text = output.take()
    assert text.startswith("000\n001\n00\n[380 bytes of output were not kept]\n")
    assert text.endswith("098\n099\n")


@given(st.lists(st.binary(max_size=50)), st.integers(min_value=1, max_value=200))
def test_nothing_is_lost_or_reordered_within_the_bound(chunks: list[bytes], half_bytes: int) -> None:
    output = Output(half_bytes)
    for chunk in chunks:
        output.write(chunk)
    written = b"".join(chunks)
    text = output.take()
    if len(written) <= 2 * half_bytes:
        assert text == written.decode(errors="replace")
    else:
        missing = len(written) - 2 * half_bytes
        assert f"[{missing} bytes of output were not kept]" in text


@given(st.text(max_size=300), st.integers(min_value=1, max_value=7))
def test_a_character_may_be_written_in_parts(text: str, part_bytes: int) -> None:
    encoded = text.encode(errors="ignore")
    output = Output(half_bytes=150)
    for start in range(0, min(len(encoded), 300), part_bytes):
        output.write(encoded[start : min(start + part_bytes, 300)])
    assert output.take() == encoded[:300].decode(errors="replace")
