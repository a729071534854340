"""Commands for developers and operators. They are not deployed."""
