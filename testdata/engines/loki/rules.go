package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/grafana/loki/v3/pkg/logql/syntax"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
	"go.yaml.in/yaml/v3"
)

// checkRules is what the ruler asks of a file before it takes it, as pkg/ruler of Loki has it (ValidateGroups in compat.go);
// that package itself brings the whole server along.
func checkRules(text string) error {
	var groups rulefmt.RuleGroups
	d := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	d.KnownFields(true)
	if err := d.Decode(&groups); err != nil {
		return err
	}
	var errs []error
	names := map[string]bool{}
	for i, g := range groups.Groups {
		switch {
		case g.Name == "":
			errs = append(errs, fmt.Errorf("group %d has no name", i))
		case names[g.Name]:
			errs = append(errs, fmt.Errorf("group %s is there twice", g.Name))
		}
		names[g.Name] = true
		for _, r := range g.Rules {
			if err := checkRule(r); err != nil {
				errs = append(errs, fmt.Errorf("group %s, rule %s%s: %w", g.Name, r.Alert, r.Record, err))
			}
		}
	}
	return errors.Join(errs...)
}

func checkRule(r rulefmt.Rule) error {
	if (r.Record == "") == (r.Alert == "") {
		return errors.New("one of record and alert must be set")
	}
	e, err := syntax.ParseExpr(r.Expr)
	if err != nil {
		return err
	}
	if _, ok := e.(syntax.SampleExpr); !ok {
		return errors.New("expr is no metric query")
	}
	if r.Record != "" && (len(r.Annotations) > 0 || r.For != 0 || !model.LegacyValidation.IsValidMetricName(r.Record)) {
		return errors.New("no recording rule")
	}
	for k, v := range r.Labels {
		if !model.LegacyValidation.IsValidLabelName(k) || k == model.MetricNameLabel || !model.LabelValue(v).IsValid() {
			return fmt.Errorf("label %s", k)
		}
		if err := checkTemplate(r.Alert, v); err != nil {
			return err
		}
	}
	for k, v := range r.Annotations {
		if !model.LegacyValidation.IsValidLabelName(k) {
			return fmt.Errorf("annotation %s", k)
		}
		if err := checkTemplate(r.Alert, v); err != nil {
			return err
		}
	}
	return nil
}

func checkTemplate(alert, text string) error {
	head := "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$value := .Value}}"
	data := template.AlertTemplateData(map[string]string{}, map[string]string{}, "", promql.Sample{})
	return template.NewTemplateExpander(context.Background(), strings.Join([]string{head, text}, ""), "__alert_"+alert, data, 0, nil, nil, nil).ParseTest()
}
