"""Tests of the pages in a browser: `make test-browser`."""
