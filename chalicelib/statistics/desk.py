from ..pages.declaration import Pages, Shell
desk = Pages("statistics", Shell.DESK, {})
