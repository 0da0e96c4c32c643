"""What canteens and the kitchen tell each other, on their pages: `canteen.block`, `canteen.notes`, `kitchen.block`."""
