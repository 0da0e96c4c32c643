"""The page “Ma cantine”: tomorrow, what is still to be entered, the last weeks, one piece of advice."""
