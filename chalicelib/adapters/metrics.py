"""Metrics as CloudWatch reads them from the log: the embedded metric format, written by Powertools."""

from collections import defaultdict
from collections.abc import Mapping

__all__ = ["EmfMetrics"]


class EmfMetrics:
    """Collects the measurements of one invocation and prints one line for each set of dimensions."""

    def __init__(self, service: str, dimensions: Mapping[str, str]) -> None:
        self._service, self._common = service, dict(dimensions)
        self._taken: defaultdict[
            tuple[tuple[str, str], ...], list[tuple[str, str, float]]
        ] = defaultdict(list)

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """See `kernel.metrics.Metrics.count`."""
        self._taken[tuple(dimensions.items())].append((name, "Count", value))

    def observe(
        self, name: str, value: float, unit: str = "Seconds", **dimensions: str
    ) -> None:
        """See `kernel.metrics.Metrics.observe`: CloudWatch takes percentiles of the values of one line."""
        self._taken[tuple(dimensions.items())].append((name, unit, value))

    def __enter__(self) -> object:
        """Begin an invocation."""
        return self

    def __exit__(self, *error: object) -> None:
        """Print what was taken."""
        from aws_lambda_powertools.metrics import EphemeralMetrics  # noqa: PLC0415 - only functions that measure pay for it

        taken, self._taken = self._taken, defaultdict(list)
        for dimensions, measures in taken.items():
            metrics = EphemeralMetrics(namespace="Chunhui", service=self._service)
            for dimension, given in {**self._common, **dict(dimensions)}.items():
                metrics.add_dimension(dimension, given)
            for name, unit, value in measures:
                metrics.add_metric(name, unit, value)
            metrics.flush_metrics()
