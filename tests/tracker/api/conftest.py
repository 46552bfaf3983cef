import pytest

from tests.factories.api import Scene, make_scene


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()
