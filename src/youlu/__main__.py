"""`python -m youlu`: the command line."""

from youlu.config.commandline import main

if __name__ == "__main__":
    main()
