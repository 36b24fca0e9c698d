package main

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
)

// {"do": "expr", "expr": TEXT, "env": {…}, "now": SECONDS, "floats": BOOL} is answered with {"result": VALUE} or
// {"error": TEXT, "stage": "compile" or "run"}. What notifications-engine gives triggers as `time` is in the
// environment. An integral number in it is an int, or with "floats" a float64, as it is in the controller.
type expression struct {
	Expr   string         `json:"expr"`
	Env    map[string]any `json:"env"`
	Now    int64          `json:"now"`
	Floats bool           `json:"floats"`
}

func init() {
	commands["expr"] = func(request json.RawMessage) (any, error) {
		decoder := json.NewDecoder(strings.NewReader(string(request)))
		decoder.UseNumber()
		asked := expression{Env: map[string]any{}}
		if err := decoder.Decode(&asked); err != nil {
			return nil, err
		}
		return asked.evaluate(), nil
	}
}

func (asked expression) evaluate() map[string]any {
	program, err := expr.Compile(asked.Expr)
	if err != nil {
		return map[string]any{"error": err.Error(), "stage": "compile"}
	}
	value, err := expr.Run(program, asked.environment())
	if err != nil {
		return map[string]any{"error": err.Error(), "stage": "run"}
	}
	return map[string]any{"result": plain(reflect.ValueOf(value))}
}

func (asked expression) environment() map[string]any {
	env := asked.numbered(asked.Env).(map[string]any)
	now := time.Unix(asked.Now, 0).UTC()
	env["time"] = map[string]any{
		"Now":   func() time.Time { return now },
		"Parse": func(text string) (time.Time, error) { return time.Parse(time.RFC3339, text) },
	}
	return env
}

func (asked expression) numbered(value any) any {
	switch typed := value.(type) {
	case json.Number:
		if number, err := strconv.Atoi(typed.String()); err == nil && !asked.Floats {
			return number
		}
		number, _ := typed.Float64()
		return number
	case map[string]any:
		for key, item := range typed {
			typed[key] = asked.numbered(item)
		}
	case []any:
		for index, item := range typed {
			typed[index] = asked.numbered(item)
		}
	}
	return value
}

// plain is a value as JSON in which a float has a point or an exponent, and what JSON lacks is a map with a "$" key.
func plain(value reflect.Value) any {
	if !value.IsValid() {
		return nil
	}
	switch typed := value.Interface().(type) {
	case time.Time:
		return map[string]any{"$time": typed.Format(time.RFC3339Nano)}
	case time.Duration:
		return map[string]any{"$duration": int64(typed)}
	case *time.Location:
		return map[string]any{"$zone": typed.String()}
	}
	switch value.Kind() {
	case reflect.Interface:
		return plain(value.Elem())
	case reflect.Float64:
		return decimal(value.Float())
	case reflect.Slice, reflect.Array:
		items := make([]any, value.Len())
		for index := range items {
			items[index] = plain(value.Index(index))
		}
		return items
	case reflect.Map:
		items := map[string]any{}
		for _, key := range value.MapKeys() {
			items[fmt.Sprint(key.Interface())] = plain(value.MapIndex(key))
		}
		return items
	case reflect.Func:
		return map[string]any{"$func": true}
	}
	return value.Interface()
}

func decimal(number float64) any {
	if math.IsNaN(number) || math.IsInf(number, 0) {
		return map[string]any{"$float": fmt.Sprint(number)}
	}
	text := strconv.FormatFloat(number, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.RawMessage(text)
}
