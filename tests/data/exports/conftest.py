"""The made-up town of two communities in the record: one plan in force, one draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.demo import load_town
from data.exports.cards import PlanCard, plan_cards
from data.exports.order import Order
from data.exports.writing import write_data

TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Record:
    """The engine of the owner, and the plans by community."""

    engine: Engine
    plans: list[int]

    def write(self, order: Order, out: Path, *, plans: list[int] | None = None) -> Path:
        with self.engine.connect() as connection:
            cards = plan_cards(connection, plans or self.plans[:1])
            write_data(connection, cards, order, "东关社区 方案", out)
        return out


@pytest.fixture(scope="module")
def record(database: Store) -> Iterator[Record]:
    engine = create_engine(database.url(), poolclass=NullPool)
    load_town(engine, today=TODAY, communities=2, history=False)
    with engine.connect() as connection:
        plans = list(connection.scalars(text("select id from plan order by community")))
    yield Record(engine, plans)
    engine.dispose()


@pytest.fixture
def connection(record: Record) -> Iterator[Connection]:
    with record.engine.connect() as opened, opened.begin() as transaction:
        yield opened
        transaction.rollback()


@pytest.fixture
def card(record: Record, connection: Connection) -> PlanCard:
    return plan_cards(connection, record.plans[:1])[0]
