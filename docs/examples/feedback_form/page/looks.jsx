// How the form looks: what is hidden, what is a radio button, and where help and errors stand.

export const uiSchema = {
  "ui:order": ["result", "identifier", "*"],
  trace_id: { "ui:widget": "hidden" },
  name: { "ui:widget": "hidden" },
  annotator_kind: { "ui:widget": "hidden" },
  metadata: { "ui:widget": "hidden" },
  result: {
    label: { "ui:widget": "radio" },
    score: { "ui:options": { inputType: "number" } },
    explanation: { "ui:widget": "textarea", "ui:options": { rows: 3 } },
  },
  identifier: { "ui:autocomplete": "name" },
};

function Field({ id, label, required, hidden, schema, rawErrors, children }) {
  if (hidden) return <div hidden>{children}</div>;
  if (schema.properties) return children;
  const isChoice = Boolean(schema.enum);
  const Frame = isChoice ? "fieldset" : "div";
  const Name = isChoice ? "legend" : "label";
  return (
    <Frame className={rawErrors ? "field wrong" : "field"}>
      <Name htmlFor={isChoice ? undefined : id}>
        {label} {!required && <span className="optional">optional</span>}
      </Name>
      <p className="help" id={`${id}__description`}>
        {schema.description}
      </p>
      {children}
      <p className="error" id={`${id}__error`} role="alert">
        {rawErrors?.[0]}
      </p>
    </Frame>
  );
}

function Fields({ properties }) {
  return properties.map(({ content }) => content);
}

function Choices({ id, options, value, disabled, onChange, rawErrors }) {
  return (
    <div className="choices">
      {options.enumOptions.map((option, at) => (
        <label key={option.label}>
          <input
            type="radio"
            name={id}
            id={`${id}-${at}`}
            value={option.label}
            checked={option.value === value}
            disabled={disabled}
            aria-describedby={`${id}__error ${id}__description`}
            aria-invalid={Boolean(rawErrors?.length)}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
  );
}

export const templates = { FieldTemplate: Field, ObjectFieldTemplate: Fields };
export const widgets = { radio: Choices, RadioWidget: Choices };
