"""What every suite stands on: a desk for each test, and the profile's expected failures, which are strict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from .desk import Desk
from .profile import AdapterProfile


class Suite:
    """A group of tests for the adapter that ``profile`` describes."""

    profile: ClassVar[AdapterProfile]

    @pytest.fixture(autouse=True)
    def _expected_failure(self, request: pytest.FixtureRequest) -> None:
        expected = self.profile.expected_failures
        name = request.node.name
        reason = expected.get(name) or expected.get(name.partition("[")[0])
        if reason is not None:
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))

    @pytest.fixture
    def desk(self) -> Iterator[Desk]:
        """A place to work at the back-end, with customers and products of its own."""
        with self.profile.backend() as connect:
            desk = Desk(self.profile, connect)
            try:
                yield desk
            finally:
                desk.close()
