package main

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/argoproj/notifications-engine/pkg/api"
	"github.com/argoproj/notifications-engine/pkg/services"
	"github.com/argoproj/notifications-engine/pkg/subscriptions"
	"github.com/argoproj/notifications-engine/pkg/triggers"
	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
)

func init() {
	logrus.SetOutput(io.Discard)
	commands["annotations"] = destinations
	commands["config"] = configuration
	commands["trigger"] = conditions
}

// configured is what all three commands are asked about: a ConfigMap's data and its Secret's.
type configured struct {
	Data   map[string]string `json:"data"`
	Secret map[string]string `json:"secret"`
}

func (given configured) parse() (*api.Config, error) {
	secret := map[string][]byte{}
	for key, value := range given.Secret {
		secret[key] = []byte(value)
	}
	return api.ParseConfig(&corev1.ConfigMap{Data: given.Data}, &corev1.Secret{Data: secret})
}

// destinations says whom an object's annotations and the global subscriptions name, by trigger, as [service, recipient].
func destinations(request json.RawMessage) (any, error) {
	var asked struct {
		configured
		Annotations map[string]string `json:"annotations"`
		Labels      map[string]string `json:"labels"`
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	config, err := asked.parse()
	if err != nil {
		return nil, err
	}
	found := config.GetGlobalDestinations(asked.Labels)
	annotations := subscriptions.NewAnnotations(asked.Annotations)
	found.Merge(annotations.GetDestinations(config.DefaultTriggers, config.ServiceDefaultTriggers))
	pairs := map[string][][2]string{}
	for trigger, told := range found {
		for _, one := range told {
			pairs[trigger] = append(pairs[trigger], [2]string{one.Service, one.Recipient})
		}
	}
	return map[string]any{"destinations": pairs}, nil
}

// configuration says what ParseConfig makes of a ConfigMap and a Secret, and in "refused" why none of it would be used.
func configuration(request json.RawMessage) (any, error) {
	var asked configured
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	config, err := asked.parse()
	if err != nil {
		return nil, err
	}
	options := map[string]any{}
	for name, create := range config.Services {
		if service, err := create(); err == nil {
			options[name] = optionsOf(service)
		}
	}
	return map[string]any{
		"services":               options,
		"triggers":               config.Triggers,
		"templates":              config.Templates,
		"subscriptions":          globals(config.Subscriptions),
		"defaultTriggers":        config.DefaultTriggers,
		"serviceDefaultTriggers": config.ServiceDefaultTriggers,
		"refused":                refusal(*config),
	}, nil
}

func globals(given subscriptions.DefaultSubscriptions) []map[string]any {
	found := []map[string]any{}
	for _, one := range given {
		selector := ""
		if one.Selector != nil {
			selector = one.Selector.String()
		}
		found = append(found, map[string]any{"recipients": one.Recipients, "triggers": one.Triggers, "selector": selector})
	}
	return found
}

func refusal(config api.Config) any {
	if _, err := api.NewAPI(config, func(map[string]any, services.Destination) map[string]any { return nil }); err != nil {
		return err.Error()
	}
	return nil
}

// optionsOf reads what a service has been made with, in whichever of its private fields that stands.
func optionsOf(service services.NotificationService) map[string]any {
	value := reflect.Indirect(reflect.ValueOf(service))
	if options := value.FieldByName("opts"); options.IsValid() {
		return fields(options).(map[string]any)
	}
	options := map[string]any{}
	if client := value.FieldByName("client"); client.IsValid() && client.Kind() == reflect.Interface {
		if found := reflect.Indirect(client.Elem()).FieldByName("opt"); found.IsValid() {
			options = fields(found).(map[string]any)
		}
	}
	if html := value.FieldByName("html"); html.IsValid() {
		options["html"] = html.Bool()
	}
	return options
}

func fields(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return nil
		}
		return fields(value.Elem())
	case reflect.Struct:
		named := map[string]any{}
		for index := range value.NumField() {
			field := value.Type().Field(index)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				name = field.Name
			}
			named[name] = fields(value.Field(index))
		}
		return named
	case reflect.Slice:
		items := []any{}
		for index := range value.Len() {
			items = append(items, fields(value.Index(index)))
		}
		return items
	case reflect.Map:
		items := map[string]any{}
		for _, key := range value.MapKeys() {
			items[key.String()] = fields(value.MapIndex(key))
		}
		return items
	case reflect.Bool:
		return value.Bool()
	case reflect.Int, reflect.Int64:
		return value.Int()
	case reflect.Float64:
		return value.Float()
	}
	return value.String()
}

// conditions runs a trigger on variables, all of whose numbers are float64, as they are in the controller.
func conditions(request json.RawMessage) (any, error) {
	var asked struct {
		configured
		Trigger   string         `json:"trigger"`
		Variables map[string]any `json:"variables"`
		Now       int64          `json:"now"`
	}
	if err := json.Unmarshal(request, &asked); err != nil {
		return nil, err
	}
	config, err := asked.parse()
	if err != nil {
		return nil, err
	}
	service, err := triggers.NewService(config.Triggers)
	if err != nil {
		return nil, err
	}
	if asked.Variables == nil {
		asked.Variables = map[string]any{}
	}
	asked.Variables["time"] = clockAt(time.Unix(asked.Now, 0).UTC())
	results, err := service.Run(asked.Trigger, asked.Variables)
	if err != nil {
		return nil, err
	}
	return map[string]any{"conditions": results}, nil
}

func clockAt(now time.Time) map[string]any {
	return map[string]any{
		"Now":   func() time.Time { return now },
		"Parse": func(text string) (time.Time, error) { return time.Parse(time.RFC3339, text) },
	}
}
