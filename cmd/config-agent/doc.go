// Command config-agent brings configuration and credentials to the zot beside it: `config-agent init` before zot's first
// start, `config-agent run` as long as the pod lives. See package agent.
package main
