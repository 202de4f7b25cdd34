"""Pure translations between what pip says and what conda says. No input or output happens here."""
