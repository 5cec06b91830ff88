package blockkit

// maxRichTextElements bounds each level of rich text. Slack names no figure; the size of
// the whole message is what limits it there.
const maxRichTextElements = 500

// richText is a rich_text block or cell: sections, lists, preformatted text and quotes.
func richText() rule {
	inline := list(0, maxRichTextElements, richTextInline())
	section := object(must("elements", inline))
	return block(must("elements", list(1, maxRichTextElements,
		byType("unsupported type: %s", map[string]rule{
			"rich_text_section":      section,
			"rich_text_preformatted": object(must("elements", inline), may("border", integer), may("language", str(1, maxActionID))),
			"rich_text_quote":        object(must("elements", inline), may("border", integer)),
			"rich_text_list": object(
				must("elements", list(1, maxRichTextElements,
					byType("unsupported type: %s", map[string]rule{"rich_text_section": section}))),
				must("style", oneOf("bullet", "ordered")),
				may("indent", integer),
				may("offset", integer),
				may("border", integer),
			),
		}))))
}

func richTextInline() rule {
	style := may("style", object(may("bold", boolean), may("italic", boolean),
		may("strike", boolean), may("code", boolean), may("underline", boolean)))
	id := str(1, maxActionID)
	return byType("unsupported type: %s", map[string]rule{
		"text":      object(must("text", str(1, maxMarkdownText)), style),
		"link":      object(must("url", link), may("text", str(1, maxMarkdownText)), may("unsafe", boolean), style),
		"user":      object(must("user_id", id), style),
		"usergroup": object(must("usergroup_id", id), style),
		"channel":   object(must("channel_id", id), style),
		"emoji":     object(must("name", id), may("unicode", id), style),
		"broadcast": object(must("range", oneOf("here", "channel", "everyone")), style),
		"date":      object(must("timestamp", integer), must("format", id), may("url", link), may("fallback", id)),
	})
}
