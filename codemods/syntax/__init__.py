"""libcst trees, read and written; knows neither values nor vendor."""
