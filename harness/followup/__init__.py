"""翌日確認: the changes of an earlier run, looked at again once their reflection time is over."""
