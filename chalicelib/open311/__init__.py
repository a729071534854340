"""Open311 GeoReport v2: reports from other applications, in XML and JSON."""
