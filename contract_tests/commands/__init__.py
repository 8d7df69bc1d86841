"""The commands of novavms-contract, a module each: its options and what it does with them."""
