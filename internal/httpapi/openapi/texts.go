package openapi

import (
	"fmt"
	"time"

	"github.com/saccade-dev/saccade/internal/service"
)

// introduction opens the documentation.
func introduction(l service.Limits) string {
	results := life(l.ResultTTL, "the analysis ended")
	if l.ResultTTL > 0 {
		results += " (410 `resource_gone`)"
	}
	return "Saccade predicts where people look in a video, an image or a web page, and answers in maps and in numbers.\n\n" +
		"## How it works\n\n" +
		"- Every request under `/v2` carries `Authorization: Bearer <token>`. Upload and output links authorize themselves: fetch them without it. Browsers may have a session instead (`POST /session`).\n" +
		"- A video: `GET /v2/upload-urls`, `PUT` the bytes to the URL, `POST /v2/analyses/video` with that URL as `input.content`, then poll `location` until `status` is `success` or `failed`.\n" +
		"- An image or a page: `POST /v2/analyses`, then poll `location`.\n" +
		"- A poll answers 200 for `pending`, `success` and `failed`. While pending it carries `progress`, `stage` and `queue_position`; `Retry-After` says when to come back. `?wait=30` holds the answer; `/events` streams it.\n\n" +
		"## Limits\n\n" +
		fmt.Sprintf("- Videos: WebM (VP8, VP9, AV1, with or without audio), or MP4, QuickTime and GIF where `input.format` names them, up to %d bytes and %s. Their results stay, and the uploaded videos until `input_expires_at`, if there is one.\n", l.VideoBytes, seconds(l.VideoDuration)) +
		fmt.Sprintf("- Images: PNG or JPEG, or WebP where `input.format` names it, up to %d bytes. Results of images and pages %s.\n", l.ImageBytes, results) +
		fmt.Sprintf("- Results: up to %d bytes an analysis, all its files together.\n", l.ResultBytes) +
		"- Output links are good for " + humanDuration(l.LinkTTL) + "; each poll signs fresh ones.\n" +
		"- Too many requests with one token answer 429, as do more analyses than an account may start a day; a full queue 503 `over_capacity`; both with `Retry-After`.\n\n" +
		"## Errors\n\n" +
		"Every error body is `{\"error\":{\"code\",\"message\",\"param\",\"request_id\",\"doc_url\"}}`. Branch on `code`; `message` says what to do. " +
		"Every answer carries `X-Request-Id`; send one of up to 64 letters, digits, `-` and `_` to choose it.\n\n" +
		"## Numbers\n\n" +
		"Positions are fractions of width and height, from the top left. Times are seconds. Shares of attention are 0 to 1 and those of areas that tile the frame sum to 1. Scores are integers from 0 to 100."
}

// humanDuration returns a duration in words: "one hour", "90 seconds".
func humanDuration(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		switch {
		case d == unit.size:
			return "one " + unit.name
		case d > 2*unit.size-1 && d%unit.size == 0:
			return fmt.Sprintf("%d %ss", d/unit.size, unit.name)
		}
	}
	return d.String()
}

// seconds returns a duration in seconds: "60 seconds".
func seconds(d time.Duration) string { return fmt.Sprintf("%g seconds", d.Seconds()) }

// life returns what becomes of something that is kept for ttl, after "after …".
func life(ttl time.Duration, after string) string {
	if ttl == 0 {
		return "stay"
	}
	return "are gone " + humanDuration(ttl) + " after " + after
}

// errorCodes explains every code that can stand in an answer.
var errorCodes = map[string]string{
	"client_error":                "The request cannot be served as it is: unknown id (404), wrong method (405), too large (413), forged or expired link (403), no room left in what the account may store (403), or a field to correct (400).",
	"server_error":                "An error of the server itself. Try again; if it persists, report the request_id to the operator.",
	"resource_gone":               "It has expired or was erased (410).",
	"authentication_failed":       "No token, or one that is wrong, expired or revoked (401).",
	"over_capacity":               "The queue or the server is full (503). Try again after the time in Retry-After. Or the service may store no more (507): delete what is no longer needed, or ask whoever runs it.",
	"invalid_input_configuration": "The analysis asked for cannot be made; param names the field (400, or in a failed analysis).",
	"could_not_grab_web_page":     "The page could not be captured. Check that it is public, or send a screenshot as an image.",
	"blank_input_image":           "The image is one solid color; there is nothing to look at.",
	"unreadable_input_image":      "Not a PNG or JPEG (or what input.format says) that can be decoded, or too many pixels.",
	"unreadable_input_video":      "Not a WebM (or what input.format says) that can be decoded. Try to play it, and encode it anew.",
	"conflict":                    "An Idempotency-Key was used with another body, or the analysis is not in the state that the request needs (409).",
	"rate_limited":                "Too many requests with this token, or more analyses than the account may start a day (429). Try again after the time in Retry-After.",
}

// later is the text of the operations that ask for more outputs.
const later = "Renders outputs that POST did not ask for, from the stored densities (8 bits a cell, see `attention.grid`) and the input; nothing is predicted anew. Poll the analysis: `rendering` says how far they are, and is gone once `outputs` hold them. What is there already is left alone. 409 while the analysis is pending, or outputs in another palette are being rendered; 410 once its input is gone. Possible are the maps, `attention.data` and `attention.grid`."

// change is the text of the operations that change an analysis.
const change = "What is left out stays as it is. The answer is that of a poll."

// descriptions returns the texts of the operations, by id.
func descriptions(l service.Limits) map[string]string {
	const stream = "Server-sent events: `progress` whenever something changed, then `success`, `failed`, `gone` or `error`, and the stream ends. The data of each is what a poll would answer."
	const erase = "Cancels the analysis if it waits or runs, and erases its input and outputs. Afterwards its address answers 410."
	const measure = "Measures areas of interest on the stored prediction; nothing is predicted anew. Needs a successful analysis. The files of `attention.data` and `attention.markers` hold these areas from then on: poll for links to them, those of before lead to the former ones for a while."
	const write = "Starts the writing and returns at once. Calling it again is safe: it reports how far the text is. Errors are `{\"success\":false,\"msg\":…}`."
	text := pollText(l)
	return map[string]string{
		"create-upload-url":     "Returns a URL for one upload into the account's own storage. It is good for " + humanDuration(l.UploadTTL) + ", and for PUTs until an analysis uses the upload.",
		"put-upload":            "The URL comes from `GET /v2/upload-urls`, whole. The body is the file's bytes; no `Authorization` and no `Content-Type` are needed.",
		"get-output":            "Links come from a successful poll, whole. They need no `Authorization`, serve ranges, and are good for " + humanDuration(l.LinkTTL) + ".",
		"create-video-analysis": "Size and container are judged here; what shows only on decoding is reported by the poll. Without `predictions` the answer is `attention.attentionMap`: a WebM with the heat map blended over the video.\n\nVideo predictions: `attention` (`attentionMap`, `perceptionMap`, `hotspotsMap`, `overlay`, `data`, `markers`), `clarity` (`score`, `map`, `timeline`), `excitingness` (`score`, `map`, `timeline`), `focus` (`score`, `timeline`). `{}` asks for the first of each.",
		"list-video-analyses":   "Newest first, with scores and posters. Pass `next` of the answer as `after` for the next page.",
		"get-video-analysis":    "Output links are signed afresh at every poll.",
		"stream-video-analysis": stream,
		"set-video-aois":        measure,
		"add-video-outputs":     later,
		"update-video-analysis": change,
		"delete-video-analysis": erase,
		"create-analysis":       "An image that cannot be read and a page that cannot be captured are reported by the poll. Without `predictions` the answer is `attention.attentionMap` and `clarity` (`score`, `map`).\n\nPredictions: `attention` (`attentionMap`, `perceptionMap`, `hotspotsMap`, `data`), `clarity` (`score`, `map`), `excitingness` (`score`, `map`), `focus` (`score`). `{}` asks for the first of each.",
		"list-analyses":         "Newest first, videos included, with scores and posters. Pass `next` of the answer as `after` for the next page.",
		"get-analysis":          "Maps are PNGs with transparency, of exactly the input's size, to be laid over it. Results " + life(l.ResultTTL, "the analysis ended") + ".",
		"stream-analysis":       stream,
		"set-aois":              measure,
		"add-outputs":           later,
		"update-analysis":       change,
		"delete-analysis":       erase,
		"compare":               compareText,
		"get-report":            "One self-contained HTML file of an analysis of any kind: the heat map, scores with their meaning, areas of interest, what is seen first, and of a video the scores over time. It loads nothing, runs nothing, and prints.",
		"update-meta":           "Context that the generated texts take into account: `description`, `goal` and any other texts. An empty text removes a name.",
		"start-summary":         write,
		"get-summary":           text,
		"start-recommendations": write,
		"get-recommendations":   text,
		"create-share":          "Hand out `url`; the page that it leads to reads `GET /v2/shares/{id}`. Needs successful analyses. What is shared stays the account's: once it is erased or its results are gone, the share answers 410. `keep` an analysis whose share is to outlive its results.",
		"list-shares":           "Those that have not expired.",
		"get-share":             "Needs no token. Answers the analysis, or `pair`. A share with a password wants it in `X-Share-Password`: 401 without or with a wrong one, 429 after five wrong ones from one address in a minute. Links to files last no longer than the share; they outlive its withdrawal by " + humanDuration(l.LinkTTL) + " at most.",
		"delete-share":          "The link leads nowhere from then on.",
		"create-webhook":        "Every analysis of the account that ends sends a message to the address. Messages are signed by the Standard Webhooks scheme with the `secret` of the answer.",
		"list-webhooks":         "With `signing_secret`, which signs messages to the webhook of a single analysis.",
		"get-webhook":           "One endpoint with its secret.",
		"update-webhook":        "Replaces address, events and whether it is disabled. The secret stays.",
		"delete-webhook":        "Deliveries under way go on.",
		"list-deliveries":       "The log of messages, newest first, for 30 days.",
		"get-delivery":          "One message with its state.",
		"redeliver":             "Sends the message again, with the same id, content and the whole schedule of attempts.",
		"list-tokens":           "Those of the account that have not ended, never with the token itself.",
		"create-token":          "The answer holds the token, which is kept nowhere. It ends no later than the one that this request is made with.",
		"revoke-token":          "Ends the token at once, with the sessions that stand for it.",
		"create-session":        "Puts a session in place of a token: a cookie that scripts cannot read and that other sites cannot use. It authenticates like the token, and ends with it, after 30 days at the latest. For browsers; programs send the token itself. A browser on the server's own machine can be signed in by a link instead, which `saccade open` prints.",
		"delete-session":        "Ends the session of the cookie, if there is one, and removes the cookie.",
		"get-usage":             "Analyses created in the span, by kind of input; erased and expired ones count. `quota` is what the account may start today and store, and how much of it is used.",
		"list-audit":            "Tokens that were made and revoked, sign-ins, shares, and what the operator changed about the account, newest first.",
		"lens":                  "The body is a JPEG, PNG or WebP of 2 MiB and 4 million pixels at most. The answer is its density as `attention.grid` (one frame); nothing is stored or counted. One at a time for each account, for views that follow what happens on a screen.",
		"get-health":            "200 as long as the process serves.",
		"get-readiness":         "200 when database, storage, model, decoder and its sandbox work, else 503 with the check that failed.",
		"get-metrics":           "In the text format of Prometheus.",
	}
}

// pollText describes polls for a generated text.
func pollText(l service.Limits) string {
	const until = "Poll until `status` is `completed` or `failed`. Texts "
	if l.TextTTL == 0 {
		return until + "stay."
	}
	return until + life(l.TextTTL, "they were written") + " (410)."
}

// fieldTexts describes the root package's types, as "Schema.field".
var fieldTexts = map[string]string{
	"Outputs.input":                  "What was analyzed.",
	"Outputs.attention":              "Where people look.",
	"Outputs.focus":                  "How much attention gathers in few places; 100 is one place.",
	"Outputs.clarity":                "How clean the design is; 0 is cluttered.",
	"Outputs.excitingness":           "How exciting the design is.",
	"Outputs.aois":                   "Areas of interest, in the order of the request.",
	"InputOutput.image":              "Link to the analyzed image or the captured page.",
	"InputOutput.video":              "Link to the video as it was uploaded, which answers 410 after `input_expires_at`; where browsers do not play its format, to a copy as WebM.",
	"InputOutput.poster":             "Links to two small JPEGs, 480 pixels wide at most: a frame of the video, or the upper part of the image or page.",
	"PosterOutput.plain":             "Link to the frame or image.",
	"PosterOutput.heat":              "Link to the same with the heat laid over it.",
	"InputOutput.width":              "Pixels.",
	"InputOutput.height":             "Pixels.",
	"InputOutput.frames":             "Frames of the video; every one was predicted.",
	"InputOutput.duration":           "Seconds, of a video.",
	"InputOutput.outsideTraining":    "True: the input (most of the sampled frames of a video) is unlike all that the model learned from, as noise, X-rays, test cards and depth maps are, and nothing stands behind its numbers. False is no promise: what is strange in another way may pass unnoticed. Absent with the model baseline.",
	"AttentionOutput.attentionMap":   "Link to the heat map: for a video a WebM with the heat blended over it, for an image a transparent PNG.",
	"AttentionOutput.perceptionMap":  "Link: what is seen in the first 3 seconds stays clear, the rest is darkened.",
	"AttentionOutput.hotspotsMap":    "Link: circles, the larger the more attention.",
	"AttentionOutput.overlay":        "Link to a WebM with alpha: the heat alone. Videos.",
	"AttentionOutput.data":           "Links to the numbers behind the images.",
	"AttentionOutput.grid":           "Link to the densities in 8 bits a cell, for players (docs/numbers.md). With every other output of attention.",
	"AttentionOutput.gazePath":       "The expected order of fixations on an image.",
	"AttentionOutput.markers":        "Files for cutting programs, and the eye trace (docs/editors.md). Videos.",
	"MarkersOutput.edl":              "Link to an edit decision list (CMX 3600) with the markers as comments.",
	"MarkersOutput.fcpxml":           "Link to the markers as FCPXML 1.10.",
	"MarkersOutput.csv":              "Link to the markers as a table.",
	"MarkersOutput.eyeTrace":         "Link to a table of all cuts with the jump of the gaze, the largest first.",
	"MarkersOutput.rate":             "Frames a second that positions count in, as `25` or `29.97 drop-frame`.",
	"MarkersOutput.variable":         "The video has no constant rate; positions are rounded to the nearest frame of `rate`.",
	"MarkersOutput.cuts":             "The cuts with the largest jumps, 10 at most.",
	"CutTrace.frame":                 "Number of the frame behind the cut, from 0, in frames of `rate`.",
	"CutTrace.time":                  "Seconds since the first frame.",
	"CutTrace.from":                  "Where people look before the cut: fractions of width and height.",
	"CutTrace.to":                    "Where they look 0.2 s after it.",
	"CutTrace.jump":                  "Distance between the two as a share of the width.",
	"CutTrace.jumpDiagonal":          "The same as a share of the diagonal, 0 to 1.",
	"CutTrace.lost":                  "The jump is further than the eye usually goes at once.",
	"DataOutput.json":                "Link to one row a frame: time, scores, gaze points, shares of areas.",
	"DataOutput.csv":                 "Link to the same as a table.",
	"DataOutput.density":             "Link to the raw maps as a NumPy file: float32, frames x rows x columns; each frame sums to 1.",
	"ScoreOutput.score":              "0 to 100.",
	"ScoreOutput.interval":           "Low and high end of the error bar of 80 %, 0 to 100. Only with uncertainty.",
	"ScoreOutput.map":                "Link to a transparent PNG or a WebM that shows where the score comes from.",
	"ScoreOutput.timeline":           "The score over time. Videos.",
	"TimeScore.time":                 "Seconds.",
	"TimeScore.score":                "0 to 100.",
	"GazePoint.x":                    "0 (left) to 1.",
	"GazePoint.y":                    "0 (top) to 1.",
	"GazePoint.mass":                 "Share of attention around the point, 0 to 1.",
	"GazePoint.time":                 "Seconds since the image appeared.",
	"AOI.name":                       "Unique within the request.",
	"AOI.polygon":                    "Corners as [x, y], 3 or more, 0 to 1; even-odd rule. Either this, or box, or selector, or role.",
	"AOI.box":                        "Either this, or polygon, or selector, or role.",
	"AOI.from":                       "Seconds: the area exists from here on. Videos.",
	"AOI.to":                         "Seconds: the area no longer exists from here on. Videos.",
	"Box.x":                          "Left edge, 0 to 1.",
	"Box.y":                          "Top edge, 0 to 1.",
	"Box.width":                      "0 to 1.",
	"Box.height":                     "0 to 1.",
	"AOIResult.name":                 "As in the request.",
	"AOIResult.polygon":              "As in the request.",
	"AOIResult.box":                  "As in the request, or that of the element which the area names.",
	"AOIResult.from":                 "As in the request.",
	"AOIResult.to":                   "As in the request.",
	"AOIResult.share":                "Mean share of attention, 0 to 1.",
	"AOIResult.rank":                 "1 is the area with the most attention.",
	"AOIResult.timeToFirstAttention": "Seconds until the area draws attention; null: never.",
	"AOIResult.peakShare":            "Largest share of attention, 0 to 1.",
	"AOIResult.areaShare":            "Share of the area of the frame, 0 to 1.",
	"AOIResult.interval":             "Low and high end of the error bar of the share, 0 to 1: in four of five areas people's own share lies between them. Only with uncertainty.",
	"AOIResult.timeline":             "The share over time. Videos.",
	"TimeShare.time":                 "Seconds.",
	"TimeShare.share":                "0 to 1.",
	"Error.code":                     "As in an error body.",
	"Error.message":                  "What to do.",
	"Error.param":                    "The field at fault.",
	"Error.request_id":               "Not set.",
	"Error.doc_url":                  "Not set.",
	"Condition.level":                "error (the default): the verdict is fail if the check is true; warn: it is warn.",
	"Condition.check":                "As in `button.share < 0.9*base`.",
	"Comparison.schema":              "Name and version of the layout (docs/compare.schema.json).",
	"Comparison.verdict":             "pass, warn or fail: what all checks together say.",
	"Comparison.pairs":               "One pair.",
	"Comparison.warnings":            "About the checks themselves: those that are true for differences inside the noise.",
	"ComparedPair.name":              "Title or id of the candidate.",
	"ComparedPair.status":            "compared; on the command line also new, removed and failed.",
	"ComparedPair.medium":            "Of a page.",
	"ComparedPair.base":              "What the base is.",
	"ComparedPair.candidate":         "What the candidate is.",
	"ComparedPair.quantities":        "Every number of both sides.",
	"ComparedPair.checks":            "What became of each condition.",
	"ComparedPair.notes":             "What to keep in mind when reading the numbers.",
	"ComparedPair.error":             "Why a side could not be analyzed; on the command line.",
	"ComparedSide.name":              "Id of the analysis.",
	"ComparedSide.kind":              "video, image or url.",
	"ComparedSide.model":             "Name and version of the model that predicted.",
	"ComparedSide.width":             "Pixels.",
	"ComparedSide.height":            "Pixels.",
	"ComparedSide.frames":            "Of a video.",
	"ComparedSide.duration":          "Seconds, of a video.",
	"Quantity.name":                  "focus, clarity, excitingness, moved, or AREA.share, .rank, .first, .peak.",
	"Quantity.unit":                  "points (0 to 100), share (0 to 1), rank or seconds.",
	"Quantity.base":                  "null: there is none; of seconds: never.",
	"Quantity.candidate":             "null: there is none; of seconds: never.",
	"Quantity.difference":            "Candidate minus base; null where a side has no number.",
	"Quantity.noise":                 "A difference up to this size is no news.",
	"Quantity.change":                "higher, lower, same, no news (inside the noise) or new (there is no base).",
	"CheckResult.level":              "error or warn.",
	"CheckResult.check":              "As it was sent.",
	"CheckResult.outcome":            "true and no value speak against the candidate; false; skipped where there is no base.",
	"CheckResult.value":              "Of the left side.",
	"CheckResult.limit":              "Of the right side.",
	"CheckResult.message":            "The same in words.",
}

// compareText describes the comparison and its checks.
const compareText = "Works on what the analyses left behind; nothing is predicted and nothing is kept. Both must have succeeded and belong to the account.\n\n" +
	"A check is one quantity of the candidate, a comparison (`<`, `<=`, `>`, `>=`, `==`, `!=`) and an expression of `+ - * / %` and parentheses with `base`, the same quantity of the base: " +
	"`focus`, `clarity`, `excitingness` (0 to 100), `moved` (share of attention that moved), and of an area `NAME.share`, `NAME.rank`, `NAME.first` (seconds), `NAME.peak`; " +
	"names with other characters than letters, digits and _ stand in double quotes. It is true where something is wrong. Clarity and excitingness are there if both analyses measured them (any of their outputs, or `attention.data`)."
