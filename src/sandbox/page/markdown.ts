import MarkdownIt from 'markdown-it';
import sanitize from 'sanitize-html';
import { Html } from './html.ts';

// As GitHub's comments: HTML passes, then everything that could act is taken out.
const markdown = new MarkdownIt({ html: true, linkify: true, breaks: true });

const allowed: sanitize.IOptions = {
  allowedTags: [
    ...[
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'p',
      'br',
      'hr',
      'blockquote',
      'pre',
      'code',
      'kbd',
      'samp',
      'var',
    ],
    ...['a', 'img', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
    ...['b', 'strong', 'i', 'em', 's', 'del', 'ins', 'sub', 'sup', 'details', 'summary', 'div', 'span'],
  ],
  allowedAttributes: {
    a: ['href', 'title'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    td: ['align', 'colspan', 'rowspan', 'style'],
    th: ['align', 'colspan', 'rowspan', 'style'],
    code: ['class'],
    ol: ['start'],
    details: ['open'],
  },
  allowedStyles: { '*': { 'text-align': [/^(left|right|center)$/] } },
  allowedClasses: { code: [/^language-[\w-]+$/] },
  allowedSchemes: ['http', 'https', 'mailto'],
  transformTags: { a: sanitize.simpleTransform('a', { rel: 'nofollow noopener' }) },
};

/** Renders foreign Markdown to markup that can neither run anything nor look like the page's own controls. */
export function renderMarkdown(text: string): Html {
  return new Html(`<div class="markdown">${sanitize(markdown.render(text), allowed)}</div>`);
}
