"""Statistics as CloudWatch reads them out of the log."""

import json

import pytest

from chalicelib.adapters.metrics import EmfMetrics


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_invocation_prints_one_line_for_each_set_of_dimensions(capsys):
    metrics = EmfMetrics("chunhui", {"stage": "dev"})
    with metrics:
        metrics.count("Sends", kind="wish.thanks", result="sent")
        metrics.count("Sends", kind="wish.thanks", result="sent")
        metrics.count("Sends", kind="wish.thanks", result="unknown")
        metrics.observe("OldestDueRow", 12.5)
    lines = printed(capsys)
    sent = next(filter(_sent, lines))
    unknown = next(filter(_unknown, lines))
    oldest = next(filter(_oldest, lines))
    assert len(lines) == 3
    assert sum(sent["Sends"]) == 2
    assert sum(unknown["Sends"]) == 1
    assert oldest["OldestDueRow"] == [12.5]
    (metric,) = oldest["_aws"]["CloudWatchMetrics"]
    assert (metric["Namespace"], metric["Metrics"][0]["Unit"]) == (
        "Chunhui",
        "Seconds",
    )
    assert {"service", "stage"} <= {
        name for dimensions in metric["Dimensions"] for name in dimensions
    }
    assert sent["kind"] == "wish.thanks"


def _sent(line: dict) -> bool:
    return line.get("result") == "sent"


def _unknown(line: dict) -> bool:
    return line.get("result") == "unknown"


def _oldest(line: dict) -> bool:
    return "OldestDueRow" in line


def test_every_value_is_kept_so_that_percentiles_can_be_taken(capsys):
    metrics = EmfMetrics("chunhui", {})
    with metrics:
        for seconds in range(250):
            metrics.observe("Lag", seconds)
    assert sorted(
        value for line in printed(capsys) for value in line["Lag"]
    ) == list(range(250))


def test_what_was_printed_is_not_printed_again_and_nothing_prints_nothing(
    capsys,
):
    metrics = EmfMetrics("chunhui", {})
    with metrics:
        metrics.count("Swept", 3)
    with metrics:
        pass
    assert len(printed(capsys)) == 1


def test_measures_of_an_invocation_that_failed_are_printed_too(capsys):
    metrics = EmfMetrics("chunhui", {})

    def fail() -> None:
        with metrics:
            metrics.count("Swept", 3)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(printed(capsys)) == 1
