"""A small demo, really committed, for all tests of what was loaded."""

from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children

import pytest
from django.db import connections

from fpa.access.models import Level, Unit
from fpa.access.scope import whole_province
from fpa.audit.tests.log import owner
from fpa.demo import accounts
from fpa.demo.collections import _gap_counties
from fpa.demo.load import is_loaded, load_demo
from fpa.demo.people import LoadedAtAnotherScale, make_people
from tests.databases import clone_template, drop_database, pointed_at

SCALE = 20_000


class BrokenOff(Exception):
    """What ends a load half-way."""


def break_off_at(step: str, share: float):
    """A progress that ends the load once a step has come so far."""

    def progress(name: str, done: int, total: int) -> None:
        if name == step and done >= share * total:
            raise BrokenOff(name)

    return progress


@pytest.fixture(scope="package")
def loaded_name(django_db_setup, django_db_blocker):
    """A database in which a load was broken off three times, killed, and then went through; the cast is not in it."""
    name = f"{connections['default'].settings_dict['NAME']}_demo"
    clone_template(django_db_blocker, name)
    with pointed_at(django_db_blocker, name):
        thin_out()
        steps = []
        assert not is_loaded()
        for step, share in (("单位入序参公", 1), ("会员和工作队伍", 0.3), ("数据采集上报", 0.5)):
            with pytest.raises(BrokenOff):
                load_demo(SCALE, break_off_at(step, share))
            assert not is_loaded()
        with pytest.raises(BrokenProcessPool):
            make_people(SCALE, lambda done, total: active_children()[0].kill())
        load_demo(SCALE, lambda *step: steps.append(step))
        assert is_loaded(SCALE)
        assert not is_loaded(SCALE // 2)
        with pytest.raises(LoadedAtAnotherScale, match="make clean-data"):
            make_people(SCALE * 2, lambda done, total: None)
        with owner() as them:
            them.execute("ANALYZE")
    yield name, steps
    drop_database(name)


def thin_out() -> None:
    """No cast, and one township in twelve outside the demo county and the counties with gaps: a load in seconds."""
    units = list(Unit.objects.filter(level__lte=Level.COUNTY).order_by("path"))
    whole = [u.path for u in units if u.code == accounts.COUNTY] + [u.path for u in _gap_counties(units)]
    with owner() as them:
        them.execute("TRUNCATE access_user CASCADE")
        them.execute(
            "UPDATE access_unit SET valid_to = CURRENT_DATE WHERE level >= 4 AND left(path, 7) <> ALL(%s)"
            " AND abs(hashtext(left(path, 11))) %% 12 <> 0",
            [whole],
        )


@pytest.fixture
def steps(loaded_name, django_db_blocker):
    """Point at the loaded database, in a scope over the whole province; gives what the progress told."""
    name, steps = loaded_name
    with pointed_at(django_db_blocker, name), whole_province():
        yield steps
