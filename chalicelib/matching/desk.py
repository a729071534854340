from ..pages.declaration import Pages, Shell
desk = Pages("matching", Shell.DESK, {})
