package compare

import (
	"fmt"
	"io"
	"strings"

	"github.com/saccade-dev/saccade"
)

// escapes make a text of unknown origin harmless in Markdown, a cell of a table
// included: nothing in it is markup, a link, or a mention of somebody.
var escapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@\u200b", "#", "#\u200b", "://", ":\u200b//", "www.", "www\u200b.", "!", `\!`)

// Markdown returns a text of unknown origin as plain text of Markdown.
func Markdown(s string) string { return escapes.Replace(PrintLine(s)) }

// MarkdownCode returns a text of unknown origin as a code span, which may stand
// in a cell of a table.
func MarkdownCode(s string) string {
	s = PrintLine(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	pad := ""
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.TrimSpace(s) == "" {
		pad = " "
	}
	return fence + pad + strings.ReplaceAll(s, "|", `\|`) + pad + fence
}

// WriteMarkdown writes the document for a comment on a change or a summary.
func WriteMarkdown(w io.Writer, d *saccade.Comparison) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Attention: %s\n\n%s\n\n", d.Verdict, Tally(d))
	for _, warning := range d.Warnings {
		fmt.Fprintf(&b, "> %s\n\n", Markdown(warning))
	}
	for _, p := range d.Pairs {
		markdownPair(&b, p)
	}
	b.WriteString("Differences marked \"no news\" are inside the noise. All numbers are a model's predictions, not measurements of people.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownPair(b *strings.Builder, p saccade.ComparedPair) {
	fmt.Fprintf(b, "#### %s%s\n\n", MarkdownCode(p.Name), suffix(p))
	if p.Error != nil {
		fmt.Fprintf(b, "**not analyzed**: %s\n\n", Markdown(p.Error.Message))
		return
	}
	for _, n := range p.Notes {
		fmt.Fprintf(b, "%s\n\n", Markdown(n))
	}
	if len(p.Checks) > 0 {
		b.WriteString("| | check | |\n| --- | --- | --- |\n")
		for _, c := range p.Checks {
			word := Word(c)
			if c.Triggered() {
				word = "**" + word + "**"
			}
			fmt.Fprintf(b, "| %s | %s | %s |\n", word, MarkdownCode(c.Check), Markdown(c.Message))
		}
		b.WriteString("\n")
	}
	if len(p.Quantities) > 0 {
		b.WriteString("| quantity | base | candidate | difference | change |\n| --- | ---: | ---: | ---: | --- |\n")
		for _, q := range p.Quantities {
			c := CellsOf(q)
			fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", MarkdownCode(c.Name), c.Base, c.Candidate, c.Difference, c.Change)
		}
		b.WriteString("\n")
	}
}
