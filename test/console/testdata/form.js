'use strict';

const UI = 'urn:alm:descriptor:com.tectonic.ui:';
const KUBERNETES = 'urn:alm:descriptor:io.kubernetes:';
const steps = path => path.replace(/\[\d+\]/g, '.items').split('.');

// schemaAt follows a path of a descriptor; nothing where it leads nowhere.
const schemaAt = (schema, path) => steps(path).reduce((at, step) => step === 'items' ? at?.items : at?.properties?.[step], schema);

// uiSchema takes descriptors in their order. One that is read after those of its children takes their place, as in the console.
function uiSchema(schema, descriptors) {
  const root = { children: {}, advanced: [] };
  descriptors.forEach((descriptor, index) => {
    if (!schemaAt(schema, descriptor.path)) {
      console.warn('descriptor of no field: ' + descriptor.path);
      return;
    }
    const path = steps(descriptor.path), name = path.at(-1), has = descriptor['x-descriptors'] ?? [];
    let parent = root;
    for (const step of path.slice(0, -1)) parent = parent.children[step] ??= { children: {}, advanced: [] };
    if (has.includes(UI + 'advanced')) parent.advanced.push(name);
    const dependency = has.find(one => one.startsWith(UI + 'fieldDependency:'))?.slice((UI + 'fieldDependency:').length).match(/^([^:]*):(.*)$/);
    parent.children[name] = {
      title: descriptor.displayName, description: descriptor.description, order: index, children: {}, advanced: [], widget: widgetOf(has),
      dependency: dependency && { path: steps(dependency[1]), value: dependency[2] },
    };
  });
  return root;
}

// widgetOf is what the console takes for x-descriptors: a picker of resources first, then choices, then the first that it knows.
function widgetOf(has) {
  const resource = has.find(one => one.startsWith(KUBERNETES));
  if (resource) return { kind: 'resource', resource: resource.slice(KUBERNETES.length) };
  const choices = has.filter(one => one.startsWith(UI + 'select:')).map(one => one.slice((UI + 'select:').length));
  if (choices.length) return { kind: 'select', choices };
  const known = ['podCount', 'resourceRequirements', 'imagePullPolicy', 'nodeAffinity', 'podAffinity', 'podAntiAffinity', 'booleanSwitch', 'number', 'text'];
  const found = known.find(one => has.includes(UI + one));
  return found && { kind: found };
}

// hasNoFields is true for what the console leaves out: a choice of schemas, a map, a list or block of nothing else.
function hasNoFields(schema, ui) {
  if (!schema || !Object.keys(schema).length || schema.allOf || schema.anyOf || schema.oneOf) return true;
  switch (schema.type) {
    case 'array': return !ui?.widget && hasNoFields(schema.items, ui?.children.items);
    case 'object': return !ui?.widget && Object.entries(schema.properties ?? {}).every(([name, child]) => hasNoFields(child, ui?.children[name]));
    case 'boolean': case 'integer': case 'number': case 'string': return false;
    default: return !ui?.widget;
  }
}

// ordered sorts the fields of a block: required ones, then those with descriptors, what others depend on after these with its dependents
// behind it, then the rest.
function ordered(schema, ui, path) {
  const controls = new Set();
  for (const child of Object.values(ui?.children ?? {})) {
    if (child.dependency && child.dependency.path.slice(0, -1).join('.') === path.join('.')) controls.add(child.dependency.path.at(-1));
  }
  const weight = name => {
    const child = ui?.children[name];
    if (child?.dependency && child.dependency.path.slice(0, -1).join('.') === path.join('.')) return weight(child.dependency.path.at(-1)) + child.order;
    const required = (schema.required ?? []).includes(name);
    if (!required && !child && !controls.has(name)) return Infinity;
    return (required ? -1e9 : 0) - (child ? 1e6 : 0) + (child?.order ?? 0) * (controls.has(name) ? 1001 : 1);
  };
  return Object.keys(schema.properties).map(name => [name, weight(name)]).sort((a, b) => a[1] === b[1] ? 0 : a[1] - b[1]).map(([name]) => name);
}

const get = (data, path) => path.reduce((at, step) => at?.[step], data);
function set(data, path, value) {
  path.slice(0, -1).forEach((step, i) => { data = data[step] ??= typeof path[i + 1] === 'number' ? [] : {}; });
  data[path.at(-1)] = value;
}

const words = name => name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/^./, first => first.toUpperCase());
let store, shown = [], dependents = [];

function element(kind, attributes = {}, ...children) {
  const made = document.createElement(kind);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
}

function foldable(title, content, attributes) {
  const toggle = element('button', { type: 'button', class: 'toggle' }, title);
  const made = element('fieldset', { ...attributes, class: 'closed' }, toggle, element('div', { class: 'content' }, ...content));
  toggle.onclick = () => made.classList.toggle('closed');
  return made;
}

function changed(path, value) {
  set(store.spec, path, value);
  dependents.forEach(one => one());
}

// field makes one field, with all that is in it.
function field(schema, ui, path, name) {
  if (hasNoFields(schema, ui)) return [];
  const title = ui?.title ?? words(name), help = ui?.description ?? schema.description ?? '', id = path.join('.');
  const made = schema.type === 'object' && !ui?.widget ? foldable(title, [element('small', {}, help), ...block(schema, ui, path)], { 'data-block': id })
    : schema.type === 'array' ? list(schema, ui, path, title, help)
    : element('div', { 'data-field': id }, element('label', { for: id }, title), ...input(schema, ui, path, id), element('small', {}, help));
  if (ui?.dependency) {
    const update = () => made.classList.toggle('hidden', String(get(store.spec, ui.dependency.path) ?? '') !== ui.dependency.value);
    dependents.push(update);
    update();
  }
  return [made];
}

function block(schema, ui, path) {
  const plain = [], advanced = [];
  for (const name of ordered(schema, ui, path)) {
    (ui?.advanced.includes(name) ? advanced : plain).push(...field(schema.properties[name], ui?.children[name], [...path, name], name));
  }
  return advanced.length ? [...plain, foldable('Advanced configuration', advanced, { 'data-advanced': path.join('.') })] : plain;
}

function list(schema, ui, path, title, help) {
  const items = element('div'), add = element('button', { type: 'button', 'data-add': path.join('.') }, 'Add ' + title);
  add.onclick = () => items.append(...field(schema.items, ui?.children.items, [...path, items.childElementCount], title));
  return foldable(title, [element('small', {}, help), items, add], { 'data-list': path.join('.') });
}

function input(schema, ui, path, id) {
  const widget = ui?.widget ?? { kind: { boolean: 'booleanSwitch', integer: 'number', number: 'number' }[schema.type] ?? 'text' };
  const value = get(store.spec, path) ?? schema.default ?? '';
  shown.push({ path: id, widget: widget.kind, resource: widget.resource ?? '', described: !!ui?.description });
  const control = (kind, attributes, ...children) => {
    const made = element(kind, { id, ...attributes }, ...children);
    if (kind === 'select') made.value = value; else if (attributes.type === 'checkbox') made.checked = value === true; else made.value = value;
    made.onchange = () => changed(path, attributes.type === 'checkbox' ? made.checked : attributes.type === 'number' ? made.valueAsNumber : made.value);
    return [made];
  };
  const choose = choices => control('select', {}, ...['', ...choices].map(one => element('option', { value: one }, one)));
  switch (widget.kind) {
    case 'booleanSwitch': return control('input', { type: 'checkbox', role: 'switch' });
    case 'number': case 'podCount': return control('input', { type: 'number' });
    case 'select': return choose(widget.choices);
    case 'imagePullPolicy': return choose(['Always', 'Never', 'IfNotPresent']);
    case 'resource': return choose(window.resources[widget.resource] ?? []);
    case 'resourceRequirements':
      return ['limits', 'requests'].flatMap(what => ['cpu', 'memory'].map(of => {
        const made = element('input', { id: `${id}.${what}.${of}`, placeholder: `${what} ${of}` });
        made.onchange = () => changed([...path, what, of], made.value);
        return made;
      }));
    case 'nodeAffinity': case 'podAffinity': case 'podAntiAffinity': return [element('span', {}, "the console's own editor")];
    default: return control('input', { type: 'text' });
  }
}

// prune drops what was left empty, as the console does before it creates.
function prune(value) {
  if (Array.isArray(value)) return value.map(prune).filter(one => one !== undefined);
  if (value && typeof value === 'object') {
    const kept = Object.entries(value).map(([name, one]) => [name, prune(one)]).filter(([, one]) => one !== undefined);
    return kept.length ? Object.fromEntries(kept) : undefined;
  }
  return value === '' || value === null || Number.isNaN(value) ? undefined : value;
}

window.ready = fetch('operand.json').then(answer => answer.json()).then(({ schema, descriptors, sample, resources }) => {
  store = sample;
  window.resources = resources;
  document.getElementById('form').append(...block(schema, uiSchema(schema, descriptors), []));
  document.getElementById('create').onclick = () => { window.created = prune(store); };
  window.shown = shown;
  return true;
});
