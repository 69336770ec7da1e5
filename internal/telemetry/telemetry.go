// Package telemetry sends traces by OpenTelemetry, as its standard environment
// variables say: OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) switches
// it on, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and
// OTEL_EXPORTER_OTLP_HEADERS are heeded. Without an endpoint it costs nothing.
// Spans hold methods, statuses, kinds and sizes; never a token, a link, a title
// or anything of the design.
package telemetry

import (
	"context"
	"net/http"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/worker"
)

// Traces is where spans go; the zero value drops them.
type Traces struct {
	tracer trace.Tracer
	close  func(context.Context) error
}

// Open starts the exporter where the environment asks for one; version is that of
// the program. The exporter's own errors go to the log.
func Open(ctx context.Context, version string, log func(string, ...any)) (Traces, error) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log("telemetry", "err", err) }))
	var off Traces
	if os.Getenv("OTEL_SDK_DISABLED") == "true" ||
		os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return off, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return off, err
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "saccade"), attribute.String("service.version", version)),
		resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return off, err
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return Traces{provider.Tracer("saccade"), provider.Shutdown}, nil
}

// Close sends what is left.
func (t Traces) Close(ctx context.Context) error {
	if t.close == nil {
		return nil
	}
	return t.close(ctx)
}

// Handler traces requests, as children of the caller's span if it sent one.
func (t Traces) Handler(h http.Handler) http.Handler {
	if t.tracer == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := t.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(attribute.String("http.request.method", r.Method)))
		defer span.End()
		s := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(s, r.WithContext(ctx))
		span.SetAttributes(attribute.Int("http.response.status_code", s.status))
		if s.status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(s.status))
		}
	})
}

// statusWriter notes the status; Unwrap keeps flushing and deadlines working.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (s *statusWriter) WriteHeader(status int) {
	s.status = status
	s.ResponseWriter.WriteHeader(status)
}

// Unwrap serves http.ResponseController.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Runner lets the service do the worker's work, with a span for every attempt: a child of
// that of the request which asked for the analysis, at whichever process.
type Runner struct {
	*service.Service
	Traces
}

// Run implements worker.Runner.
func (r Runner) Run(ctx context.Context, t worker.Task) (*saccade.Outputs[saccade.File], error) {
	if r.tracer == nil {
		return r.Service.Run(ctx, t.Analysis, t.Dir, t.Progress)
	}
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": t.Analysis.Request.Trace})
	ctx, span := r.tracer.Start(ctx, "analysis", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(attribute.String("saccade.analysis", t.Analysis.ID),
		attribute.String("saccade.kind", string(t.Analysis.Request.Kind)), attribute.Int("saccade.attempt", t.Analysis.Attempt)))
	defer span.End()
	out, err := r.Service.Run(ctx, t.Analysis, t.Dir, t.Progress)
	if err != nil {
		span.SetStatus(codes.Error, string(saccade.AsError(err).Code))
	} else if out.Input != nil {
		span.SetAttributes(attribute.Int("saccade.frames", out.Input.Frames), attribute.Int("saccade.width", out.Input.Width), attribute.Int("saccade.height", out.Input.Height))
	}
	return out, err
}
