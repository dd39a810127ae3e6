// The composition root: the only module that reads the environment, opens sockets and exits.
process.exitCode = 0
