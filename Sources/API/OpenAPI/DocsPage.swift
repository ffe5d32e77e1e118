/// The page of `/docs`: shows `/openapi.json` and sends requests, without anything from elsewhere.
enum DocsPage {
    static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Apus</title>
        <style>\(style)</style>
        </head>
        <body>
        <header><h1>Apus</h1><span id="about"></span><input id="filter" type="search" placeholder="filter" aria-label="filter"></header>
        <main id="operations">loading /openapi.json …</main>
        <script>\(script)</script>
        </body>
        </html>

        """

    private static let style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #0a7; }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 0 1rem 4rem; }
        header { display: flex; gap: 1rem; align-items: baseline; position: sticky; top: 0; padding: .6rem 0;
            background: Canvas; border-bottom: 1px solid var(--line); }
        header h1 { font-size: 1.3rem; margin: 0; }
        header input { margin-left: auto; padding: .3rem .5rem; width: 14rem; }
        h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
        details.operation { border: 1px solid var(--line); border-radius: 6px; margin: .35rem 0; }
        details.operation > summary { cursor: pointer; padding: .4rem .6rem; display: flex; gap: .7rem; }
        details.operation > summary span { color: GrayText; }
        .method { font: 700 12px/1.9 ui-monospace, monospace; width: 4rem; text-align: center; color: #fff;
            border-radius: 4px; background: #47a; flex: none; }
        .method.post { background: #197; } .method.put { background: #a60; } .method.delete { background: #b33; }
        .body { padding: .2rem .8rem .8rem; border-top: 1px solid var(--line); }
        code, pre, textarea { font: 13px/1.45 ui-monospace, monospace; }
        pre, textarea { background: var(--soft); border: 1px solid var(--line); border-radius: 4px; padding: .5rem;
            max-height: 22rem; overflow: auto; margin: .3rem 0; white-space: pre-wrap; word-break: break-word; }
        textarea { width: 100%; box-sizing: border-box; height: 9rem; color: inherit; }
        label { display: grid; grid-template-columns: 13rem 14rem 1fr; gap: .6rem; margin: .2rem 0; align-items: center; }
        label small { color: GrayText; }
        button { padding: .35rem 1rem; border: 0; border-radius: 4px; background: var(--accent); color: #fff; cursor: pointer; }
        h3 { font-size: .85rem; margin: .8rem 0 .2rem; }
        """

    /// Everything of the document goes into the page as text, never as markup.
    private static let script = #"""
        'use strict';
        const element = (name, attributes = {}, ...children) => {
            const made = Object.assign(document.createElement(name), attributes);
            made.append(...children);
            return made;
        };
        let description;
        const resolve = (value) => {
            if (!value || !value.$ref) return value;
            return value.$ref.slice(2).split('/').reduce((at, key) => at[key.replace(/~1/g, '/').replace(/~0/g, '~')], description);
        };
        // A schema in the notation of TypeScript.
        const type = (schema, depth = 0) => {
            if (schema === true || schema === undefined) return 'any';
            if (schema === false) return 'never';
            if (schema.$ref) return depth > 2 ? schema.$ref.split('/').pop() : type(resolve(schema), depth + 1);
            if ('const' in schema) return JSON.stringify(schema.const);
            if (schema.enum) return schema.enum.slice(0, 24).map(value => JSON.stringify(value)).join(' | ');
            if (schema.anyOf) return [...new Set(schema.anyOf.map(one => type(one, depth)))].join(' | ');
            const pad = '  '.repeat(depth);
            if (schema.type === 'array') {
                const size = schema.minItems && schema.minItems === schema.maxItems ? String(schema.minItems) : '';
                if (schema.prefixItems) return '[' + schema.prefixItems.map(one => type(one, depth)).join(', ') + ']';
                return type(schema.items, depth) + '[' + size + ']';
            }
            if (schema.properties) {
                const lines = Object.entries(schema.properties).map(([name, value]) =>
                    `${pad}  ${name}${(schema.required || []).includes(name) ? '' : '?'}: ${type(value, depth + 1)}`);
                return `{\n${lines.join('\n')}\n${pad}}`;
            }
            if (schema.type === 'object') return '{…}';
            if (schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < 1e30)
                return `${schema.type} ${schema.minimum}…${schema.maximum}`;
            return Array.isArray(schema.type) ? schema.type.join(' | ') : schema.type || 'any';
        };
        const show = (value) => element('pre', { textContent: value });
        const shorten = (text) => text.length > 20000 ? text.slice(0, 20000) + '\n…' : text;
        async function send(path, method, operation, inputs, media, body, file, output) {
            let target = path;
            const query = new URLSearchParams();
            const headers = {};
            for (const { parameter, input } of inputs) {
                if (input.value === '') continue;
                if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
                if (parameter.in === 'query') query.set(parameter.name, input.value);
                if (parameter.in === 'header') headers[parameter.name] = input.value;
            }
            const options = { method: method.toUpperCase(), headers };
            if (operation.requestBody) {
                const isMultipart = media.value === 'multipart/form-data';
                if (!isMultipart) headers['Content-Type'] = media.value;
                if (file.files.length && isMultipart) {
                    options.body = new FormData();
                    for (const one of file.files) options.body.append('file', one);
                } else options.body = file.files.length ? file.files[0] : body.value;
            }
            const started = performance.now();
            try {
                const response = await fetch(target + (query.size ? '?' + query : ''), options);
                let text = await response.text();
                const time = (performance.now() - started).toFixed(1);
                try { text = JSON.stringify(JSON.parse(text), null, 1); } catch { /* no JSON */ }
                output.replaceChildren(show(`${response.status} ${response.statusText} · ${time} ms\n${shorten(text)}`));
            } catch (error) { output.replaceChildren(show(String(error))); }
        }
        function details(path, method, operation) {
            const box = element('div', { className: 'body' });
            const inputs = (operation.parameters || []).map(resolve).map(parameter => {
                const input = element('input', { required: parameter.required });
                box.append(element('label', {}, element('code', { textContent: `${parameter.name} (${parameter.in})` }),
                    input, element('small', { textContent: `${parameter.description || ''} · ${type(parameter.schema)}` })));
                return { parameter, input };
            });
            const media = element('select'), body = element('textarea'), file = element('input', { type: 'file', multiple: true });
            if (operation.requestBody) {
                const contents = operation.requestBody.content;
                const described = element('pre');
                for (const name of Object.keys(contents)) media.append(element('option', { value: name, textContent: name }));
                const update = () => {
                    const content = contents[media.value];
                    body.value = content.example === undefined ? '' : JSON.stringify(content.example);
                    described.textContent = content.schema ? type(content.schema) : 'bytes: choose a file';
                };
                media.onchange = update;
                update();
                box.append(element('h3', { textContent: 'Body' }), media, described, body, file);
            }
            const output = element('div');
            const button = element('button', { textContent: 'Send', type: 'button',
                onclick: () => send(path, method, operation, inputs, media, body, file, output) });
            box.append(element('p', {}, button), output, element('h3', { textContent: 'Answers' }));
            for (const [status, response] of Object.entries(operation.responses)) {
                const answer = resolve(response);
                if (status >= '300') { box.append(element('div', {}, element('code', { textContent: status }), ' ' + answer.description)); continue; }
                box.append(element('div', {}, element('code', { textContent: status }), ' ' + answer.description));
                for (const [name, content] of Object.entries(answer.content || {})) {
                    box.append(show(`${name}\n${content.schema ? type(content.schema) : 'bytes'}`));
                    if (content.example !== undefined) box.append(show(shorten(JSON.stringify(content.example))));
                }
            }
            return box;
        }
        function render() {
            const words = document.getElementById('filter').value.toLowerCase();
            const groups = new Map(description.tags.map(tag => [tag.name, element('section', {}, element('h2', { textContent: tag.name }))]));
            for (const [path, methods] of Object.entries(description.paths)) for (const [method, operation] of Object.entries(methods)) {
                if (words && !`${method} ${path} ${operation.summary}`.toLowerCase().includes(words)) continue;
                const box = element('details', { className: 'operation' }, element('summary', {},
                    element('b', { className: 'method ' + method, textContent: method.toUpperCase() }),
                    element('code', { textContent: path }), element('span', { textContent: operation.summary })));
                box.ontoggle = () => { if (box.open && box.children.length === 1) box.append(details(path, method, operation)); };
                groups.get(operation.tags[0]).append(box);
            }
            document.getElementById('operations').replaceChildren(...[...groups.values()].filter(group => group.children.length > 1));
        }
        fetch('/openapi.json').then(response => response.json()).then(found => {
            description = found;
            document.getElementById('about').textContent = `${found.info.version} · OpenAPI ${found.openapi}`;
            document.getElementById('filter').oninput = render;
            render();
        }).catch(error => { document.getElementById('operations').textContent = String(error); });
        """#
}
