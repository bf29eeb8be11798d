from tests.interfaces.web.conftest import dispatcher, house  # noqa: F401  (fixtures)
