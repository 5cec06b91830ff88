package blockkit

// Blocks that a message may hold: https://docs.slack.dev/reference/block-kit/blocks

// Limits of blocks, in characters or items.
const (
	maxBlockID         = 255
	maxSectionText     = 3000
	maxFieldText       = 2000
	maxFields          = 10
	maxHeaderText      = 150
	maxContextText     = 3000
	maxContextElements = 10
	maxActionsElements = 25
	maxImageTitle      = 2000
	maxMarkdownText    = 12000
	maxInputLabel      = 2000
	maxTableRows       = 100
	maxTableCells      = 20
)

// block is a block: the given members and those that all of them share.
func block(members ...member) rule {
	return object(append(members, may("block_id", str(1, maxBlockID)))...)
}

// messageBlock is any block of a message.
func messageBlock() rule {
	return byType("unsupported type: %s", map[string]rule{
		"divider":   block(),
		"header":    block(must("text", plainText(maxHeaderText))),
		"section":   section(),
		"context":   block(must("elements", list(1, maxContextElements, contextElement()))),
		"actions":   block(must("elements", list(1, maxActionsElements, byType(unknownElement, actionElements())))),
		"image":     imageBlock(),
		"markdown":  block(must("text", str(1, maxMarkdownText))),
		"rich_text": richText(),
		"input":     input(),
		"table":     table(),
	})
}

func section() rule {
	return all(
		block(
			may("text", anyText(maxSectionText)),
			may("fields", list(1, maxFields, anyText(maxFieldText))),
			may("accessory", byType(unknownElement, accessoryElements())),
			may("expand", boolean),
		),
		either("text", "fields", false),
	)
}

func contextElement() rule {
	elements := textTypes(maxContextText)
	elements["image"] = imageElement()
	return byType(unknownElement, elements)
}

func imageBlock() rule {
	return all(
		block(
			may("image_url", link),
			may("slack_file", object(may("id", str(1, maxActionID)), may("url", link))),
			must("alt_text", str(1, maxAltText)),
			may("title", plainText(maxImageTitle)),
		),
		either("image_url", "slack_file", true),
	)
}

func input() rule {
	return block(
		must("label", plainText(maxInputLabel)),
		must("element", byType(unknownElement, inputElements())),
		may("hint", plainText(maxInputLabel)),
		may("optional", boolean),
		may("dispatch_action", boolean),
	)
}

func table() rule {
	cell := byType("unsupported type: %s", map[string]rule{
		"raw_text":  object(must("text", str(1, maxSectionText))),
		"rich_text": richText(),
	})
	column := object(
		may("align", oneOf("left", "center", "right")),
		may("is_wrapped", boolean),
	)
	return block(
		must("rows", list(1, maxTableRows, list(1, maxTableCells, cell))),
		may("column_settings", list(0, maxTableCells, column)),
	)
}
