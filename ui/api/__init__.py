"""The API, `/api/v1`: what other programs and the command line may ask of the running application."""
