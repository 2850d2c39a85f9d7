"""Figures of this process for Prometheus."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from sqlalchemy import Engine, QueuePool

__all__ = ["Metrics"]

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """Requests by route and the pool of connections; one set for each application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "wangge_requests",
            "Requests served",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "wangge_request_seconds",
            "Time from request to the last byte",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.pool = Gauge(
            "wangge_pool_connections",
            "Connections to the database",
            ("state",),
            registry=self.registry,
        )

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was served."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def text(self, engine: Engine | None) -> bytes:
        """Return all figures in the text format of Prometheus."""
        if engine is not None and isinstance(engine.pool, QueuePool):
            self.pool.labels("used").set(engine.pool.checkedout())
            self.pool.labels("idle").set(engine.pool.checkedin())
        return generate_latest(self.registry)
