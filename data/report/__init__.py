"""The reports of the comité: kept as they were made, withdrawn and put back."""
