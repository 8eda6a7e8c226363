"""The conformance suites of the hub, on both plugins."""

from pathlib import Path

from allin_noticeboard import Neighbourhood, NoticeBoard

from allin_hub.testing import OutputSuite, SourceSuite


class TestNeighbourhood(SourceSuite):
    """The source."""

    source = Neighbourhood
    config = {"url": "https://nachbarschaft.example/events.json", "token": "a-token-of-the-feed"}
    fixtures = Path(__file__).parent / "fixtures"


class TestNoticeBoard(OutputSuite):
    """The output."""

    output = NoticeBoard
