package blockkit

import "maps"

const (
	// maxRichTextElements bounds each level of rich text. Slack names no figure; the size of
	// the whole message is what limits it there.
	maxRichTextElements = 500
	// maxIndent is how deep a list may be:
	// https://docs.slack.dev/reference/block-kit/block-elements/rich-text-list-element
	maxIndent = 8
)

// richText is a rich_text block or cell: sections, lists, preformatted text and quotes.
func richText() rule {
	inline := list(0, maxRichTextElements, byType("unsupported type: %s", richTextInline()))
	section := object(must("elements", inline))
	border := may("border", between(0, 1))
	return block(must("elements", list(1, maxRichTextElements,
		byType("unsupported type: %s", map[string]rule{
			"rich_text_section": section,
			// https://docs.slack.dev/reference/block-kit/block-elements/rich-text-preformatted-element
			"rich_text_preformatted": object(
				must("elements", list(0, maxRichTextElements, byType("unsupported type: %s", richTextVerbatim()))),
				may("language", str(1, maxActionID)),
				border,
			),
			"rich_text_quote": object(must("elements", inline), border),
			"rich_text_list": object(
				must("elements", list(1, maxRichTextElements,
					byType("unsupported type: %s", map[string]rule{"rich_text_section": section}))),
				must("style", oneOf("bullet", "ordered")),
				may("indent", between(0, maxIndent)),
				may("offset", integer),
				border,
			),
		}))))
}

// richTextVerbatim is what may stand in preformatted text.
func richTextVerbatim() map[string]rule {
	style := richTextStyle(may("code", boolean))
	return map[string]rule{
		"text": object(must("text", str(1, maxMarkdownText)), style),
		"link": object(must("url", link), may("text", str(1, maxMarkdownText)), may("unsafe", boolean), style),
	}
}

// richTextInline is what may stand in a line.
func richTextInline() map[string]rule {
	// What calls or shows something is not to be set as code.
	style := richTextStyle()
	id := str(1, maxActionID)
	elements := map[string]rule{
		"user":      object(must("user_id", id), style),
		"usergroup": object(must("usergroup_id", id), style),
		"channel":   object(must("channel_id", id), style),
		"emoji":     object(must("name", id), may("unicode", id), style),
		"broadcast": object(must("range", oneOf("here", "channel", "everyone")), style),
		"date":      object(must("timestamp", integer), must("format", id), may("url", link), may("fallback", id)),
	}
	maps.Copy(elements, richTextVerbatim())
	return elements
}

func richTextStyle(more ...member) member {
	return may("style", object(append(more,
		may("bold", boolean), may("italic", boolean), may("strike", boolean), may("underline", boolean))...))
}
