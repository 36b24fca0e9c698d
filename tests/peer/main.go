// Command peer asks the libraries that Argo Rollouts' notifications are made of, for tests that compare with them.
//
// It reads one JSON request a line, {"do": NAME, …}, and answers each with one JSON line: what the command of that
// name returns, or {"error": TEXT}. Each file adds its commands to `commands` in an init function.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

type command func(request json.RawMessage) (any, error)

var commands = map[string]command{}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if failure := encoder.Encode(answer(line)); failure != nil {
				_ = encoder.Encode(failed(failure))
			}
			_ = out.Flush()
		}
		if err != nil {
			return
		}
	}
}

func answer(line []byte) (result any) {
	defer func() {
		if panicked := recover(); panicked != nil {
			result = failed(fmt.Errorf("panic: %v", panicked))
		}
	}()
	var named struct {
		Do string `json:"do"`
	}
	if err := json.Unmarshal(line, &named); err != nil {
		return failed(err)
	}
	run, known := commands[named.Do]
	if !known {
		return failed(fmt.Errorf("no command %q", named.Do))
	}
	value, err := run(line)
	if err != nil {
		return failed(err)
	}
	return value
}

func failed(err error) map[string]string {
	return map[string]string{"error": err.Error()}
}
