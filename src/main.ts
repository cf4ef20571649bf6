#!/usr/bin/env node
/** The executable: hands the command line to cli/ and ends with its exit code. */
import { runCli } from './cli/run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2));
