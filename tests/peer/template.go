package main

import (
	"bytes"
	"encoding/json"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

func init() {
	commands["render"] = render
}

// {"do": "render", "template": TEXT, "data": {…}, "now": SECONDS} is answered with {"output": TEXT} or {"error": TEXT,
// "stage": "parse" or "execute"}, as notifications-engine renders. Every number of the data is a float64, as in the
// controller; "time" is added to the data, as Argo Rollouts adds it.
func render(request json.RawMessage) (any, error) {
	var asked struct {
		Template string         `json:"template"`
		Data     map[string]any `json:"data"`
		Now      int64          `json:"now"`
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	parsed, err := template.New("template").Funcs(functions).Parse(asked.Template)
	if err != nil {
		return map[string]string{"error": err.Error(), "stage": "parse"}, nil
	}
	if asked.Data == nil {
		asked.Data = map[string]any{}
	}
	asked.Data["time"] = clock(asked.Now)
	var output bytes.Buffer
	if err := parsed.Execute(&output, asked.Data); err != nil {
		return map[string]string{"error": err.Error(), "stage": "execute"}, nil
	}
	return map[string]string{"output": output.String()}, nil
}

func clock(now int64) map[string]any {
	return map[string]any{
		"Now": func() time.Time { return time.Unix(now, 0).UTC() },
		"Parse": func(text string) time.Time {
			parsed, err := time.Parse(time.RFC3339, text)
			if err != nil {
				panic(err)
			}
			return parsed
		},
	}
}
