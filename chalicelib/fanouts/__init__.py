"""Telling very many: an audience is read page by page into frozen shares, resumable at any point and paced by what providers take."""
