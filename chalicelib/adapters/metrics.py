"""Metrics in the log, in CloudWatch's embedded metric format, written by Powertools."""

from collections import defaultdict
from collections.abc import Mapping

__all__ = ["EmfMetrics"]

# By dimensions: name, unit and value.
_Dimensions = tuple[tuple[str, str], ...]
_Measurements = defaultdict[_Dimensions, list[tuple[str, str, float]]]


class EmfMetrics:
    """Collects the metrics of one invocation and prints one line for each set of dimensions."""

    def __init__(self, service: str, dimensions: Mapping[str, str]) -> None:
        self._service, self._common = service, dict(dimensions)
        self._measurements: _Measurements = defaultdict(list)

    def count(self, name: str, value: float = 1, **dimensions: str) -> None:
        """See `kernel.metrics.Metrics.count`."""
        self._measurements[tuple(dimensions.items())].append(
            (name, "Count", value)
        )

    def observe(
        self, name: str, value: float, unit: str = "Seconds", **dimensions: str
    ) -> None:
        """See `kernel.metrics.Metrics.observe`. CloudWatch computes percentiles."""
        self._measurements[tuple(dimensions.items())].append(
            (name, unit, value)
        )

    def __enter__(self) -> object:
        """Begin an invocation."""
        return self

    def __exit__(self, *error: object) -> None:
        """Print the metrics."""
        from aws_lambda_powertools.metrics import EphemeralMetrics  # noqa: PLC0415 - slow

        measurements, self._measurements = self._measurements, defaultdict(list)
        for dimensions, measured in measurements.items():
            metrics = EphemeralMetrics(
                namespace="Chunhui", service=self._service
            )
            for name, text in (self._common | dict(dimensions)).items():
                metrics.add_dimension(name, text)
            for name, unit, value in measured:
                metrics.add_metric(name, unit, value)
            metrics.flush_metrics()
