from ..pages.declaration import Pages, Shell
desk = Pages("security_trail", Shell.DESK, {})
