"""The measurement of the console: what its report says of the figures."""

from benchmarks.console import Page, Pair, report


def test_the_report_says_whether_what_is_demanded_holds() -> None:
    pages = [Page("/", 90.2, 12.0, 5_000), Page("/console/journal", 740, 80.4, 40_000)]
    text = report(1000, 100_000, pages, [Pair(0.91, 1.05), Pair(0.97, 1.01), Pair(0.99, 1.0)])
    assert "90%: held." in text
    assert "| `/_mock/console/journal` | 740 ms | 80 ms | 40,000 |" in text
    assert "97.0% of the calls" in text
    assert "1.01 times the processor time" in text


def test_the_report_says_that_it_does_not_hold() -> None:
    good, pair = Page("/", 90, 12, 5_000), Pair(0.95, 1.0)
    for page, ratio in ((Page("/", 1001, 1, 1), pair), (Page("/", 1, 1, 1_000_001), pair), (good, Pair(0.89, 1.0))):
        assert "not held" in report(1, 1, [good, page], [ratio])
