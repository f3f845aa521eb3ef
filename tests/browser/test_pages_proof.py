"""The pages of the proof, each in light, dark, narrow and English: nothing wrong with any of them."""

from __future__ import annotations

import pytest

from tests.browser.house import House, look
from tests.browser.pages_proof import SIGHTS
from tests.browser.sights import Sight

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)
def test_a_page_is_right_in_every_look(house: House, sight: Sight) -> None:
    look(house, sight)
