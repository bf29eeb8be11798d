"""Django's PostgreSQL backend (`ENGINE = "youlu.core.database"`), which asks nothing to know that it is connected."""
