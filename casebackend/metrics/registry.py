"""What Prometheus may know of this process. Labels are names of routes, programs and states, never of a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
MEANING = {
    "inbox_depth": "customer messages without an answer yet",
    "inbox_oldest_seconds": "age of the oldest of them",
    "deliveries_depth": "answers on their way to a channel",
    "deliveries_oldest_seconds": "age of the oldest of them",
    "outbox_depth": "effects to come",
    "outbox_oldest_seconds": "how long the most overdue effect has been due",
    "outbox_dead": "effects that were given up: each needs a person",
    "waiting_for_person": "conversations that wait for a colleague",
    "waiting_for_person_oldest_seconds": "how long the first of them has waited",
    "timer_oldest_seconds": "how late the next reminder is",
    "clocks_overdue": "running clocks past their end",
    "clocks_due_soon": "running clocks that end within 24 hours",
    "notices_for_nobody": "unread notices to colleagues that name no person: nobody was there to be told",
    "leader_epoch": "how often the leader has changed",
    "pool_checked_out": "database connections in use",
    "wal_bytes": "size of the write-ahead log (SQLite)",
    "backup_age_seconds": "age of the last finished backup; -1: none",
    "disk_free_ratio": "free share of the disk of var",
    "disk_reserve_freed": "1: the disk of the database was full and its reserve was given up",
    "log_lines_dropped": "log lines of this process that its disk did not take",
    "index_away": "1: search for people answers from the database alone, its files cannot be used",
    "index_building_seconds": "how long the files of search have been in the making; 0: nobody makes them",
    "index_busy": "how often this process found another one making them",
    "ready": "1: the whole chain from the customer to the database can work",
}


class Metrics:
    """One for each application, so that two in one process do not share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tingsu_requests", "answered requests", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "tingsu_request_seconds", "time to the answer", ["route"], buckets=SECONDS, registry=self.registry
        )
        self.gauges = {
            name: Gauge(f"tingsu_{name}", meaning, registry=self.registry) for name, meaning in MEANING.items()
        }
        self.beats = Gauge(
            "tingsu_heartbeat_age_seconds", "since the last sign of life", ["program"], registry=self.registry
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)
