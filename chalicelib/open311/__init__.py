"""Reports by other people's apps: Open311 GeoReport v2, in XML and JSON."""
