from ..pages.declaration import Pages, Shell
desk = Pages("exports", Shell.DESK, {})
